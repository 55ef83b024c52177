"""Reads free text: values of factors with the words they rest on, and what is left open."""

from chains.guide.reader.reader import LEAST_SAID as LEAST_SAID
from chains.guide.reader.reader import Reader as Reader
