"""Google's own Python client at work on practice Google Contacts.

Usage: people_api.py BASE TOKEN. Ends with an error when an answer is not what the client's user would expect.
"""

import sys

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

base, token = sys.argv[1:]
service = build(
    "people", "v1", credentials=Credentials(token=token), client_options={"api_endpoint": base}, static_discovery=True
)
people, groups = service.people(), service.contactGroups()

# A full list, page by page, with the client's own way of turning pages.
read = {"resourceName": "people/me", "personFields": "names,emailAddresses,metadata", "pageSize": 7}
request, listed, answer = people.connections().list(requestSyncToken=True, **read), [], {}
while request is not None:
    answer = request.execute()
    listed += answer.get("connections", [])
    request = people.connections().list_next(request, answer)
assert len(listed) == answer["totalItems"] == 20, answer

person = people.createContact(
    body={"names": [{"givenName": "Ann", "familyName": "Bee"}], "emailAddresses": [{"value": "ann@example.com"}]}
).execute()
name = person["resourceName"]
person["names"][0]["givenName"] = "Anna"
newer = people.updateContact(resourceName=name, updatePersonFields="names", body=person).execute()
assert newer["names"][0]["displayName"] == "Anna Bee", newer

try:
    people.updateContact(resourceName=name, updatePersonFields="names", body=person).execute()
    raise AssertionError("an update of an old version went through")
except HttpError as error:
    assert error.status_code == 400 and "etag is different" in error.reason, error

label = groups.create(body={"contactGroup": {"name": "From Python"}}).execute()["resourceName"]
groups.members().modify(resourceName=label, body={"resourceNamesToAdd": [name]}).execute()
assert groups.get(resourceName=label, maxMembers=5).execute()["memberResourceNames"] == [name]

changed = people.connections().list(requestSyncToken=True, syncToken=answer["nextSyncToken"], **read).execute()
assert [entry["resourceName"] for entry in changed["connections"]] == [name], changed
people.deleteContact(resourceName=listed[0]["resourceName"]).execute()
changed = people.connections().list(requestSyncToken=True, syncToken=changed["nextSyncToken"], **read).execute()
assert changed["connections"][0]["metadata"]["deleted"] is True, changed
