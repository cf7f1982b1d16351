-- Up Migration

-- The PBX asks nobody for a password: only proxies reach it, and they have asked before. The hashes stay with the proxy's accounts.
DROP TABLE ps_auths;

-- Down Migration

CREATE TABLE ps_auths (
    id varchar(255) PRIMARY KEY,
    auth_type varchar(16) NOT NULL DEFAULT 'md5',
    username varchar(64) NOT NULL,
    realm varchar(255) NOT NULL,
    md5_cred varchar(40) NOT NULL
);
