-- Up Migration

-- The PBX looks endpoints and mailboxes up. Of a mailbox it changes the PIN, which its owner may choose anew.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM asterisk;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM asterisk;
GRANT SELECT ON ps_endpoints, ps_aors, voicemail TO asterisk;
GRANT UPDATE (password) ON voicemail TO asterisk;

-- Down Migration

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM asterisk;
