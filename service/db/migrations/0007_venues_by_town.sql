-- `venue_town` is the town of a report that names a venue, so that counting tells apart pubs of one name.
-- Reports examined before have none until `evenlode patterns examine --all`.
ALTER TABLE identifier DROP CONSTRAINT identifier_kind_check;
ALTER TABLE identifier ADD CONSTRAINT identifier_kind_check CHECK (kind IN (
    'vehicle', 'vehicle_part', 'phone', 'username', 'address', 'address_somewhere', 'address_unplaced',
    'street', 'postcode', 'venue', 'venue_town', 'place_cell', 'place_time', 'text_band'));
