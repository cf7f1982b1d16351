/** The databases, each with the account that works in it: the only one that can connect (ADR-006). */
export const databaseAccounts = {
    opensips: "opensips",
    kamailio: "kamailio",
    asterisk: "asterisk",
    freeswitch: "freeswitch",
    homer: "homer",
    cdr: "cdr_writer",
} as const;

export type DatabaseName = keyof typeof databaseAccounts;
export type DatabaseAccount = (typeof databaseAccounts)[DatabaseName];

export const databaseNames = Object.keys(databaseAccounts) as DatabaseName[];

/** Accounts that log in under their own name, with a password that only Vault's database engine and its readers know. */
export const staticAccounts = ["opensips", "kamailio", "homer", "cdr_writer"] as const;

/** Accounts without login: the engine makes short-lived members of them. */
export const dynamicAccounts = ["asterisk", "freeswitch"] as const;

/** The role that owns a database and all in it, and that nobody logs in as: migrations run as it. */
export const ownerOf = (database: DatabaseName): string => `${database}_owner`;

/** The account of Vault's database engine. */
export const adminAccount = "vault_admin";
