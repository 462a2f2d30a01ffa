"""What the inbox says; `{…}` are places for values.

The page's script gets the same texts as one JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from rooms.base.phrasebook import Phrase, Phrasebook

PHRASES: Mapping[str, Phrase] = {
    "inbox": _("Inbox"),
    "conversations": _("Conversations"),
    "conversation": _("Conversation"),
    # Connection, in words
    "state_connecting": _("Connecting…"),
    "state_open": _("Live"),
    "state_waiting": _("Offline. Trying again…"),
    "state_closed": _("Disconnected. Reload the page."),
    # Where the scripts of the page cannot run
    "trouble_title": _("The inbox could not start"),
    "trouble_text": _(
        "Reload the page. If that does not help, update your browser or use another one."
    ),
    "trouble_retry": _("Reload"),
    "noscript": _("It needs JavaScript. Allow it for this site and reload the page."),
    # The list
    "open": pgettext_lazy("rooms", "Open"),
    "closed": _("Closed"),
    "quarantine": _("Suspicious"),
    "unread": lambda count: ngettext("{count} unread", "{count} unread", count),
    "arrived_now": _("Just arrived"),
    "no_message": _("No message yet"),
    "left_wordless": _("Left without a message"),
    "online": _("Online"),
    "offline": _("Away"),
    "load_more": _("Show more"),
    "none_open": _("No open conversations"),
    "none_open_text": _("A new one appears here the moment somebody opens your link."),
    "none_closed": _("No closed conversations"),
    "none_closed_text": _("Conversations you close are kept here and can be opened again."),
    "none_quarantine": _("Nothing suspicious"),
    "none_quarantine_text": _(
        "Guests who look like programs wait here and call nobody. Let them through or block them."
    ),
    "arrival": _("{name} has arrived at {property}"),
    "yesterday": _("Yesterday"),
    # Sound
    "sound": _("Sound"),
    "sound_on": _("Sound is on"),
    "sound_off": _("Sound is off"),
    # The open conversation
    "back": _("Back to the list"),
    "close": pgettext_lazy("room", "Close"),
    "reopen": _("Reopen"),
    "release": _("Let through"),
    "released_now": _("The conversation is among the open ones now."),
    "closed_now": _("The conversation is closed."),
    "reopened_now": _("The conversation is open again."),
    "reopen_refused": _("Everybody with this link meets in a newer conversation now."),
    "failed": _("This did not work. Please try again."),
    "gone": _("This conversation is not there any more."),
    "left": _("The visitor left without a message. What you write is kept for their return."),
    "left_unstored": _("The visitor left without a message."),
    "pick": _("Choose a conversation"),
    "pick_text": _("Move with J and K or the arrow keys, open with Enter, go back with Esc."),
    # Details
    "details": _("Details"),
    "show_details": _("Show details"),
    "hide_details": _("Hide details"),
    "guest": _("Guest"),
    "guests": _("Guests"),
    "guests_more": lambda count: ngettext("and {count} more", "and {count} more", count),
    "language": _("Language"),
    "visit": _("Visit"),
    "arrived": _("Arrived"),
    "first_seen": _("First seen"),
    "visits": _("Visits"),
    "called": _("You were called"),
    "link": _("Link"),
    "property": _("Property"),
    "block": _("Block…"),
    "block_whom": _("Block {name}…"),
    "blocked": _("Blocked"),
    "link_dead": _("Does not open conversations now"),
    "copy_link": _("Copy link"),
    "copied": _("Copied"),
    "transport": _("Text travels"),
    "direct": _("Direct"),
    "relayed": _("Relayed"),
    "server": _("Through the server"),
    "round_trip": _("{ms} ms"),
    "storage": _("Storage"),
    "stored": _("Kept on the server"),
    "not_stored": _("Never stored"),
    "team_here": _("Team here"),
    "only_you": _("Only you"),
    # Nobody has come yet
    "empty": _("Your doorbell is ready"),
    "empty_text": _(
        "Whoever opens this link is in a conversation with you at once. It appears here."
    ),
    "empty_no_link": _("Make a link, hand it out, and whoever opens it appears here."),
    "your_link": _("Your link"),
    "copy": _("Copy"),
    "qr": _("QR code of your link"),
    "try": _("Open it in a private window to try it as a guest."),
    "go_to_links": _("Properties and links"),
}

get_inbox_phrases = Phrasebook(PHRASES).translate
