"""Writes a small database in MaxMind's format, with a writer that nobody of this project wrote.

geo_database.py FILE COUNTRY: 203.0.113.0/24 lies in a city of this country."""

import sys

from mmdb_writer import MMDBWriter
from netaddr import IPSet

file, country = sys.argv[1:]
writer = MMDBWriter(6, "GeoLite2-City", ipv4_compatible=True, languages=["en"], description="of the journeys")
place = {"country": {"iso_code": country, "names": {"en": "Somewhere"}}, "city": {"names": {"en": "Town"}}}
writer.insert_network(IPSet(["203.0.113.0/24", "2001:db8::/32"]), place)
writer.to_db_file(file)
