-- Up Migration

-- CDRs are written once; what is recorded is only looked up.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM cdr_writer;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM cdr_writer;
GRANT SELECT, INSERT ON cdr TO cdr_writer;
GRANT SELECT ON recording_config TO cdr_writer;

-- Down Migration

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM cdr_writer;
