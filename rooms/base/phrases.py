"""What a conversation says to people on the guest page and in the inbox.

The texts travel to the browser as one JSON object, so that `conversations/view.js` needs no
language of its own. `{…}` are places for values.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from rooms.base.phrasebook import Phrase, Phrasebook

PHRASES: Mapping[str, Phrase] = {
    # Connection, in words
    "connecting": _("Connecting…"),
    "connected": _("Connected"),
    "direct": _("Direct"),
    "relayed": _("Relayed"),
    "server": _("Through the server"),
    "offline": _("Offline – your messages are kept and will be sent"),
    "closed_connection": _("Disconnected"),
    "direct_help": _("Text travels straight between the browsers."),
    "relayed_help": _("Text travels through a relay; nobody sees your address."),
    "server_help": _("Text travels through the server."),
    "no_relay": _("No relay is set up here, so text goes through the server."),
    # Who is there
    "here_one": _("{name} is here"),
    "here_many": _("{names} are here"),
    "here_more": lambda count: ngettext(
        "{names} and {count} more is here", "{names} and {count} more are here", count
    ),
    "nobody": _("Nobody is here right now"),
    "called": _("Owner called {ago}"),
    "calling": _("We are letting {name} know"),
    "at_desk": _("Somebody is at the desk"),
    "typing_one": _("{name} is typing…"),
    "typing_many": _("Several people are typing…"),
    "you": _("You"),
    # Messages
    "log": _("Messages"),
    "said": _("{name} wrote: {body}"),
    "empty": _("No messages yet. Write the first one."),
    "load_older": _("Show earlier messages"),
    "loading": _("Loading…"),
    "new_count": lambda count: ngettext("{count} new", "{count} new", count),
    "to_bottom": _("Newest message"),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "sending": _("Sending"),
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "read": pgettext_lazy("message", "Read"),
    "failed": _("Not sent – tap to try again"),
    "closed": _("This conversation is closed."),
    "reopen": _("Write again"),
    # Composer
    "message_label": _("Message"),
    "placeholder": _("Write a message…"),
    "send": _("Send"),
    "chars_left": lambda count: ngettext(
        "{count} character left", "{count} characters left", count
    ),
    "chars_over": lambda count: ngettext(
        "{count} character too many", "{count} characters too many", count
    ),
    "send_hint": _("Enter sends, Shift + Enter starts a new line."),
    # Refusals of a message
    "error_rate_limited": _("That was very fast. Try again in a moment."),
    "error_limit_reached": _("No more messages can be taken today."),
    # The first word of a limit's name: whose it is
    "held_guest": _("You have written very much. This is sent by itself at {time}."),
    "held_link": _("Very much is written here right now. This is sent by itself at {time}."),
    "error_message_too_long": _("This message is too long."),
    "error_room_closed": _("This conversation is closed."),
    "error_other": _("This message could not be sent."),
    # Files
    "attach": _("Send a file"),
    "file_open": _("Open the picture"),
    "file_save": _("Save the file"),
    "file_removed": _("This file was removed."),
    "file_processing": _("Being prepared…"),
    "file_damaged": _("This picture could not be read. Please send it again as JPEG or PNG."),
    "file_too_many_pixels": _("This picture has too many pixels. Please send a smaller one."),
    "file_infected": _("The virus scanner found something in this file; it was deleted."),
    "uploading": _("Sending {name}: {percent} %"),
    "upload_file_too_large": _("A file may have {size} at most."),
    "upload_file_type_refused": _(
        "Files of this kind cannot be sent. Put it into a ZIP archive and send that."
    ),
    "upload_file_empty": _("There is nothing in this file. Choose it again."),
    "upload_file_damaged": _("This picture cannot be read. Save it as JPEG or PNG and send that."),
    "upload_file_has_macros": _("This document has macros. Save it without them and send that."),
    "upload_held": _("So many files were sent that no more are taken until {time}."),
    "upload_limit_reached": _("No file can be taken right now."),
    "upload_other": _("This file could not be sent."),
    # The door
    "nickname_label": _("What may we call you?"),
    "nickname_placeholder": pgettext_lazy("guest", "Your name"),
    "passcode_label": _("Passcode"),
    "passcode_help": _("You got it together with the link."),
    "enter": _("Start the conversation"),
    "entering": _("One moment…"),
    "rename": _("Set your name"),
    "save": _("Save"),
    "cancel": _("Cancel"),
    "error_nickname_required": _("Please say how we may call you."),
    "error_passcode_wrong": _("This passcode is not right."),
    "checking": _("Making sure that you are a person. This takes a second."),
    "error_proof": _("Your browser did not pass the check. Try again."),
    "error_link_gone": _("This link does not lead to a conversation any more."),
    "error_banned": _("You cannot write here."),
    "error_busy": lambda count: ngettext(
        "Many people want in. Try again in {count} s.",
        "Many people want in. Try again in {count} s.",
        count,
    ),
    "error_full": _("Nobody can take a new conversation right now. Try again later."),
    "error_invalid": _("This cannot be used. Try another one."),
    "error_network": _("The server does not answer. Check your connection."),
    "retry": _("Try again"),
    "noscript": _(
        "It needs JavaScript to carry your messages. Allow it for this site and reload the page, "
        "or ask whoever gave you the link how else to reach them."
    ),
    # Where the scripts of the page cannot run
    "trouble_title": _("This page could not start"),
    "trouble_text": _(
        "Reload it. If that does not help, update your browser or open the link in another one, "
        "or ask whoever gave you the link how else to reach them."
    ),
    "trouble_retry": _("Reload"),
    # What a messenger shows below the name of a property when a link is shared
    "about": _("A conversation in your browser, without an account."),
    # The page that gives no reason
    "gone_title": _("This link does not open a conversation"),
    "gone_text": _(
        "Perhaps it was mistyped, or it is not in use. "
        "Ask the person who gave it to you for a new one."
    ),
    "busy_title": _("One moment, please"),
    "busy_text": _("More was asked for than can be answered now. Try again in a minute."),
}

get_phrases = Phrasebook(PHRASES).translate
