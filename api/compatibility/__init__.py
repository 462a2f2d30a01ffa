"""The registration calls of ejabberd, Prosody and Openfire, answered by opening accounts.

Off unless COMPATIBILITY_API is set. A script written for one of them needs a new address and a
platform key in the place of its password or secret; see docs/compatibility.md.
"""
