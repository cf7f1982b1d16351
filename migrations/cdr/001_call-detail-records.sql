-- Up Migration

CREATE TABLE cdr (
    time timestamptz NOT NULL,
    call_id varchar(255) NOT NULL,
    caller varchar(50),
    callee varchar(50),
    duration integer, -- seconds from the INVITE
    billsec integer, -- seconds from the answer
    disposition varchar(20),
    codec varchar(20),
    src_ip inet,
    dst_ip inet,
    cost decimal(10, 4),
    PRIMARY KEY (time, call_id)
);
SELECT create_hypertable('cdr', 'time');

CREATE TABLE recording_config (
    extension varchar(50) PRIMARY KEY,
    enabled boolean NOT NULL DEFAULT false,
    format varchar(4) NOT NULL DEFAULT 'wav' CHECK (format IN ('wav', 'mp3', 'opus')),
    retention_days integer NOT NULL DEFAULT 90 CHECK (retention_days > 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration

DROP TABLE recording_config, cdr;
