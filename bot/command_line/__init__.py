"""What the `ragtime` command needs: its commands, what they show, how a running bot is reached."""
