"""Real Geeks' own Python client at work on practice Real Geeks.

Usage: incoming_leads_api.py BASE USER PASSWORD SITE. Ends with an error when an answer is not what the client's user would expect.
"""

import sys

import leadrouter
from leadrouter.client import HTTPError

base, user, password, site = sys.argv[1:]
client = leadrouter.Client(base, user, password)
lead = "9b2f6c0e-3f0d-4d7e-8f1c-0c7f0d1a2b3c"

client.create_lead(site, {"id": lead, "source": "MySync", "email": "ann@example.com", "phone": "8085551234"})
client.update_lead(site, lead, {"first_name": "Ann"})
client.add_activities(site, lead, [{"type": "note", "source": "MySync", "description": "From Python"}])
client.create_potential_seller_lead(site, {"source": "MySync", "street_address": "1 Elm Street"})

for wrong, status in [({"email": "b@example.com"}, 400), ({"source": "MySync", "email": "b@example.com", "id": "7"}, 422)]:
    try:
        client.create_lead(site, wrong)
        raise AssertionError(f"{wrong} went through")
    except HTTPError as error:
        assert error.status_code == status, error
try:
    leadrouter.Client(base, user, "wrong").update_lead(site, lead, {"first_name": "Bob"})
    raise AssertionError("a wrong password went through")
except HTTPError as error:
    assert error.status_code == 401, error
