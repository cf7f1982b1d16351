import { databaseAccounts, databaseNames, dynamicAccounts, type DatabaseAccount } from "../services/postgres/accounts";
import type { DatabaseClient } from "../services/postgres/files";
import { services } from "../services/registry";
import { addressOf, type Topology } from "../topology";

const leased = (account: DatabaseAccount): boolean => (dynamicAccounts as readonly string[]).includes(account);

/** The database of an account of Vault's database engine, such as `creds/asterisk`, and who logs in with it. */
function accountOf(credential: string): Omit<DatabaseClient, "address"> {
    const account = credential.slice(credential.lastIndexOf("/") + 1);
    const database = databaseNames.find((name) => databaseAccounts[name] === account);
    if (!database) throw new Error(`no database has the account of ${credential}`);
    return { database, user: leased(databaseAccounts[database]) ? `+${account}` : account };
}

/** Who may connect to which database, and from where: the VMs with services that get the database's account from Vault. */
export function databaseClients({ vms }: Topology): DatabaseClient[] {
    return vms.flatMap((vm) => {
        const credentials = services
            .filter(({ name }) => vm.services.some((planned) => planned.name === name))
            .flatMap(({ rights }) => [...(rights?.credentials ?? [])]);
        return credentials.map((each) => ({ ...accountOf(each), address: addressOf(vm, "internal") }));
    });
}
