"""Sentences written where they are raised or noted, listed here for the translators.

The pages translate them when they show them; programs get them in English.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

REFUSALS = (
    gettext_noop("This link does not lead to a conversation any more."),
    gettext_noop("This link was revoked. Make a new one instead."),
    gettext_noop("This link asks for a passcode."),
    gettext_noop("This conversation is closed."),
    gettext_noop("A newer conversation has taken this one's place."),
    gettext_noop("Control characters cannot be used here."),
    gettext_noop("There is nothing to see in this."),
    gettext_noop("Characters that turn the writing direction cannot be used."),
    gettext_noop("Make between 1 and 10,000 links at once."),
    gettext_noop("Many links cannot share one address."),
    gettext_noop("Use 3 to 60 letters a–z, digits and single hyphens."),
    gettext_noop("This address is reserved."),
    gettext_noop("This address is taken."),
    gettext_noop("Let in at least one guest."),
    gettext_noop("This moment is over already."),
    gettext_noop("The link would end before it begins."),
    gettext_noop("Use 4 to 64 characters."),
    gettext_noop("Wait at most a week before calling."),
    gettext_noop("An export is being made already."),
    gettext_noop("Write an address that begins with https://."),
    gettext_noop("Say where your privacy notice is."),
    gettext_noop("Keep it at most ten years, or for ever."),
    gettext_noop("This webhook is switched off. Switch it on first."),
    gettext_noop("An address has at most 500 characters."),
    gettext_noop("This is not a web address."),
    gettext_noop("The address has to begin with https://."),
    gettext_noop("An address here has no user name or password in it."),
    gettext_noop("Leave out the part after #."),
    gettext_noop("Only these ports can be called: 80, 443, 8443"),
    gettext_noop("This address leads into a private network."),
    gettext_noop("This is not such an address. Copy it as the service shows it."),
    gettext_noop("This is not such a key. Copy it as the service shows it."),
    gettext_noop("This channel has no token."),
    gettext_noop("A ladder has at most 10 steps."),
    gettext_noop("A step begins within an hour."),
    gettext_noop("Say who is called: a group, or a member of this account."),
    gettext_noop("There is no such channel."),
    gettext_noop("There is no such template."),
    gettext_noop("A member adds Telegram on their page of alerts."),
    gettext_noop("Reply to the message about a visitor, so that I know whom you mean."),
    gettext_noop("This channel is not set up here."),
    gettext_noop("Say which subscription takes the place of which."),
)
# Why a delivery was not tried, or failed here rather than at the mail server.
NOTES = (
    gettext_noop("answered"),
    gettext_noop("conversation closed"),
    gettext_noop("guest blocked"),
    gettext_noop("account suspended"),
    gettext_noop("target switched off"),
    gettext_noop("snoozed"),
    gettext_noop("member signed off"),
    gettext_noop("somebody is at the desk"),
    gettext_noop("no answer in time"),
    gettext_noop("the worker died"),
    gettext_noop("told in a digest"),
    gettext_noop("this channel is not set up here"),
)
# Why a webhook got no answer or is off.
WEBHOOK_NOTES = (
    gettext_noop("the webhook is switched off"),
    gettext_noop("There is no such name."),
    gettext_noop("The name was not found in time."),
    gettext_noop("This name leads into a private network."),
    gettext_noop("Nobody answers at this address."),
    gettext_noop("No full answer came within 10 s."),
    gettext_noop("The connection broke."),
    gettext_noop("No secure connection came about."),
    gettext_noop("It answered 410 Gone."),
    gettext_noop("It has failed for three days."),
)
