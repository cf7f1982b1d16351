import { projectSchema, validateConfig } from "../../../config";
import { databaseClients } from "../../../databases/clients";
import { plan } from "../../../topology";

const { config } = (() => {
    const checked = validateConfig(projectSchema(), {}, "/");
    if ("problems" in checked) throw new Error(checked.problems.join("\n"));
    return checked;
})();

test("each account works in its own database, from the addresses of the VMs with its program", () => {
    const vms = { ...config.vms, "pbx-1": { internalAddress: "192.168.64.77" } };
    expect(databaseClients(plan({ ...config, vms }))).toEqual([
        { database: "kamailio", user: "kamailio", address: "192.168.64.10" },
        { database: "asterisk", user: "+asterisk", address: "192.168.64.77" },
    ]);
});

test("later programs and VMs have their lines, and nobody writes call records yet", () => {
    const clients = databaseClients(plan({ ...config, phase: "2.5" }));
    const of = (user: string) => clients.filter((client) => client.user === user).map(({ address }) => address);
    expect(of("kamailio")).toEqual(["192.168.64.10", "192.168.64.11"]);
    expect(of("opensips")).toEqual(of("kamailio"));
    expect(of("+freeswitch")).toEqual(["192.168.64.30", "192.168.64.31"]);
    const used = clients.map(({ database }) => database);
    for (const database of ["cdr", "homer"]) expect(used).not.toContain(database);
});
