-- Up Migration

-- Realtime tables of res_pjsip and app_voicemail. A column is an option of pjsip.conf or voicemail.conf; NULL leaves it
-- at its default.

CREATE TABLE ps_endpoints (
    id varchar(255) PRIMARY KEY,
    transport varchar(40),
    aors varchar(2048),
    auth varchar(255),
    context varchar(40),
    disallow varchar(200),
    allow varchar(200),
    direct_media varchar(3),
    rtp_symmetric varchar(3),
    force_rport varchar(3),
    rewrite_contact varchar(3),
    dtmf_mode varchar(10),
    media_encryption varchar(10),
    timers varchar(10),
    from_domain varchar(255),
    callerid varchar(80),
    mailboxes varchar(200),
    language varchar(40),
    allow_subscribe varchar(3)
);

-- No password: its hash alone (RFC 2617, section 3.2.2.2).
CREATE TABLE ps_auths (
    id varchar(255) PRIMARY KEY,
    auth_type varchar(16) NOT NULL DEFAULT 'md5',
    username varchar(64) NOT NULL,
    realm varchar(255) NOT NULL,
    md5_cred varchar(40) NOT NULL
);

CREATE TABLE ps_aors (
    id varchar(255) PRIMARY KEY,
    contact varchar(255),
    max_contacts integer,
    remove_existing varchar(3),
    default_expiration integer,
    minimum_expiration integer,
    maximum_expiration integer,
    qualify_frequency integer,
    mailboxes varchar(80)
);

CREATE TABLE voicemail (
    uniqueid serial PRIMARY KEY,
    context varchar(80) NOT NULL DEFAULT 'default',
    mailbox varchar(80) NOT NULL,
    password varchar(80) NOT NULL,
    fullname varchar(80),
    email varchar(80),
    UNIQUE (context, mailbox)
);

-- Down Migration

DROP TABLE voicemail, ps_aors, ps_auths, ps_endpoints;
