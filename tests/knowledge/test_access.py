"""Who may see what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.access import (
    EVERYONE,
    EXTERNAL,
    Place,
    UnknownPrincipal,
    audience_key,
    may_read,
    may_read_key,
    parse_audience,
)

NAMED = ("channel:C1", "channel:C2", "group:hr", "group:ops", "user:U1", "user:U2")

internal_places = st.frozensets(st.sampled_from(NAMED)).map(lambda names: Place.internal(*names))
shared_places = st.frozensets(st.sampled_from(NAMED)).map(lambda names: Place.shared(*names))
audiences = st.lists(st.sampled_from((*NAMED, EVERYONE, EXTERNAL)), max_size=4).map(parse_audience)


@pytest.mark.parametrize(
    ("written", "place", "readable"),
    [
        ([], Place.internal(), True),
        (["everyone"], Place.internal("channel:C1"), True),
        (["everyone"], Place.shared(), False),
        (["everyone"], Place.shared("channel:C1"), False),
        (["external"], Place.internal(), True),
        (["external"], Place.shared(), True),
        (["group:hr"], Place.internal(), False),
        (["group:hr"], Place.internal("group:ops"), False),
        (["group:hr"], Place.internal("group:hr"), True),
        (["group:hr"], Place.internal("channel:hr"), False),
        (["group:hr", "user:U1"], Place.internal("user:U1"), True),
        (["channel:C1"], Place.shared("channel:C1"), True),
        (["channel:C1"], Place.shared("channel:C2"), False),
        (["group:hr", "external"], Place.shared(), True),
    ],
)
def test_a_document_may_be_used_where_all_readers_hold_one_of_its_principals(
    written: list[str], place: Place, readable: bool
):
    audience = parse_audience(written)
    assert may_read(audience, place) is readable
    assert may_read_key(audience_key(audience), place) is readable


@pytest.mark.parametrize(
    "name", ["", "hr", "group", "group:", "role:hr", "Everyone", "group:a|user:b", "everyone|group:a"]
)
def test_a_principal_of_no_known_kind_is_refused_with_the_kinds_there_are(name: str):
    with pytest.raises(UnknownPrincipal, match="write everyone, external, channel:<id>"):
        parse_audience([name])


@given(audience=audiences, place=internal_places | shared_places)
def test_a_document_never_shows_where_none_of_its_principals_is(audience: frozenset[str], place: Place):
    assert may_read(audience, place) == any(name in place.principals for name in audience)


@given(audience=audiences, place=internal_places | shared_places)
def test_an_audience_as_stored_says_the_same(audience: frozenset[str], place: Place):
    assert may_read_key(audience_key(audience), place) == may_read(audience, place)


@given(audience=audiences, place=shared_places)
def test_another_company_sees_only_what_is_marked_for_it_or_for_that_very_place(
    audience: frozenset[str], place: Place
):
    assert not may_read(audience, place) or EXTERNAL in audience or audience & (place.principals - {EXTERNAL})


@given(audience=audiences, place=internal_places, more=st.sampled_from(NAMED))
def test_fewer_principals_never_show_more(audience: frozenset[str], place: Place, more: str):
    wider = Place(place.principals | {more})
    assert may_read(audience, wider) or not may_read(audience, place)


@given(one=audiences, other=audiences)
def test_two_audiences_are_stored_alike_only_when_they_are_alike(one: frozenset[str], other: frozenset[str]):
    assert (audience_key(one) == audience_key(other)) == (one == other)
