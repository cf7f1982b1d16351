-- Up Migration

-- What the proxy does with its tables, and no more. It reads and writes registrations, and only reads accounts.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM kamailio;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM kamailio;
GRANT SELECT ON version, subscriber TO kamailio;
GRANT SELECT, INSERT, UPDATE, DELETE ON location, location_attrs TO kamailio;
GRANT USAGE ON SEQUENCE location_id_seq, location_attrs_id_seq TO kamailio;

-- Down Migration

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM kamailio;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM kamailio;
