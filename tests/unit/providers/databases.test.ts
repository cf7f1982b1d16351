import * as cdr from "../../../databases/cdr-policies";
import * as claims from "../../../databases/claim";
import * as migrations from "../../../databases/migrate";
import { provider as cdrPolicies } from "../../../providers/cdr-policies/provider";
import { provider as databaseClaim } from "../../../providers/database-claim/provider";
import { provider as migrationsProvider } from "../../../providers/migrations/provider";
import { provider as subscribersProvider } from "../../../providers/subscribers/provider";
import * as subscribers from "../../../subscribers/subscribers";

/* Resources that are something in a database: what they ask of it, and what they make of its answers. */

jest.mock("../../../databases/cdr-policies");
jest.mock("../../../databases/claim");
jest.mock("../../../databases/migrate");
jest.mock("../../../subscribers/subscribers");

const login = { host: "db", port: 5432, user: "voip", password: "secret", caFile: "/ca" };
const gone = { id: "" };
const absent = new Error("database cdr at db:5432: it does not exist", { cause: { code: "3D000" } });
const away = new Error("database cdr at db:5432: ECONNREFUSED");
let said: string[];

beforeEach(() => {
    said = [];
    jest.spyOn(console, "error").mockImplementation((text: string) => void said.push(text));
});
afterEach(() => {
    jest.restoreAllMocks();
    jest.resetAllMocks();
});

describe("a claim on a server", () => {
    const inputs = { ...login, roles: ["voip", "cdr"], databases: ["cdr"] };

    it("is made where nothing of its names is there", async () => {
        jest.mocked(claims.presentObjects).mockResolvedValue([]);
        expect(await databaseClaim.create(inputs)).toEqual({ id: "db:5432", outs: inputs });
        expect(claims.presentObjects).toHaveBeenCalledWith(inputs, ["voip", "cdr"], ["cdr"]);
        expect(await databaseClaim.read("db:5432", inputs)).toEqual({ id: "db:5432", props: inputs, inputs });
    });

    it("is refused with all that is in the way, and what to do", async () => {
        jest.mocked(claims.presentObjects).mockResolvedValue(["database cdr", "role voip"]);
        await expect(databaseClaim.create(inputs)).rejects.toThrow(
            "PostgreSQL at db:5432 has database cdr, role voip already, which this stack did not make: rename or drop them, " +
                "or give the platform a server of its own; nothing was changed there",
        );
    });

    it("asks only for what is added", async () => {
        jest.mocked(claims.presentObjects).mockResolvedValue([]);
        await databaseClaim.update("id", inputs, { ...inputs, roles: ["voip"], password: "other" });
        expect(claims.presentObjects).not.toHaveBeenCalled();
        const more = { ...inputs, roles: ["voip", "new"], databases: ["cdr", "more"] };
        expect((await databaseClaim.update("id", inputs, more)).outs).toEqual(more);
        expect(jest.mocked(claims.presentObjects).mock.calls.map(([, ...names]) => names)).toEqual([
            [["new"], ["more"]],
        ]);
        await databaseClaim.update("id", inputs, { ...inputs, databases: ["cdr", "more"] });
        expect(jest.mocked(claims.presentObjects).mock.calls.at(-1)?.slice(1)).toEqual([[], ["more"]]);
    });

    it.each([
        [{ port: 0 }, "port must be a whole number from 1 to 65535, not 0"],
        [{ port: 65_536 }, "port must be a whole number from 1 to 65535, not 65536"],
        [{ roles: [] }, "roles must be a list with at least one element, not []"],
        [{ caFile: "ca" }, 'caFile must be an absolute path, not "ca"'],
    ])("checks %j", async (change, reason) => {
        const news = { ...inputs, ...change };
        expect((await databaseClaim.check(news, news)).failures.map((each) => each.reason)).toEqual([reason]);
    });
});

describe("migrations", () => {
    const inputs = { ...login, database: "cdr", owner: "cdr_owner", account: "cdr_writer", migrations: ["1_a", "2_b"] };

    it("are run by the login; those of a newer program do not matter", async () => {
        jest.mocked(migrations.migrate).mockResolvedValue(["1_a", "2_b", "3_c"]);
        expect(await migrationsProvider.create(inputs)).toEqual({ id: "cdr", outs: inputs });
        expect(migrations.migrate).toHaveBeenCalledWith(login, "cdr", { owner: "cdr_owner", account: "cdr_writer" });
        expect(await migrationsProvider.update("cdr", inputs, inputs)).toEqual({ outs: inputs });
    });

    it("that are missing afterwards are named", async () => {
        jest.mocked(migrations.migrate).mockResolvedValue(["0"]);
        await expect(migrationsProvider.create(inputs)).rejects.toThrow(
            "database cdr has not had 1_a, 2_b after migrating",
        );
    });

    it("are found as far as the database has had them", async () => {
        jest.mocked(migrations.appliedMigrations).mockResolvedValue(["2_b", "3_c"]);
        const seen = { ...inputs, migrations: ["2_b"] };
        expect(await migrationsProvider.read("cdr", inputs)).toEqual({ id: "cdr", props: seen, inputs: seen });
    });

    it("are gone with the database, and not known while its server is away", async () => {
        jest.mocked(migrations.appliedMigrations).mockRejectedValueOnce(absent);
        expect(await migrationsProvider.read("cdr", inputs)).toEqual(gone);
        jest.mocked(migrations.appliedMigrations).mockRejectedValueOnce(away);
        expect(await migrationsProvider.read("cdr", inputs)).toEqual({ id: "cdr", props: inputs, inputs });
        expect(said).toEqual([`${away.message}; its schema is taken to be as it was`]);
    });
});

describe("subscribers", () => {
    const one = (extension: string) => ({ extension, ha1: "0".repeat(32), voicemailPin: "1234" });
    const inputs = { ...login, sipDomain: "sip.local", subscribers: [one("1001"), one("1002")] };

    it("are added", async () => {
        expect(await subscribersProvider.create(inputs)).toEqual({ id: "sip.local", outs: inputs });
        expect(subscribers.addSubscribers).toHaveBeenCalledWith(inputs, "sip.local", inputs.subscribers);
    });

    it("are found in the order asked for; those of others do not matter", async () => {
        jest.mocked(subscribers.listSubscribers).mockResolvedValue([one("1003"), one("1002"), one("1001")]);
        expect(await subscribersProvider.read("id", inputs)).toEqual({ id: "id", props: inputs, inputs });
        expect(subscribers.listSubscribers).toHaveBeenCalledWith(inputs, "sip.local");
    });

    it("are none where there is no table, and not known while the server is away", async () => {
        jest.mocked(subscribers.listSubscribers).mockRejectedValueOnce(absent);
        expect((await subscribersProvider.read("id", inputs)).props?.subscribers).toEqual([]);
        jest.mocked(subscribers.listSubscribers).mockRejectedValueOnce(away);
        expect((await subscribersProvider.read("id", inputs)).props).toEqual(inputs);
        expect(said).toEqual([`${away.message}; its extensions are taken to be as they were`]);
    });

    it("that are dropped are removed, after the others were added", async () => {
        const order: string[] = [];
        jest.mocked(subscribers.addSubscribers).mockImplementation(async () => void order.push("add"));
        jest.mocked(subscribers.removeSubscribers).mockImplementation(async (...[, , names]) => {
            order.push(...names);
            return [];
        });
        await subscribersProvider.update("id", inputs, inputs);
        await subscribersProvider.update("id", inputs, { ...inputs, subscribers: [one("1002"), one("1003")] });
        expect(order).toEqual(["add", "add", "1001"]);
        await subscribersProvider.delete("id", inputs);
        expect(order.slice(3)).toEqual(["1001", "1002"]);
    });

    it.each([
        [{ extension: "" }, 'extension must be an extension of 1 to 20 digits, not ""'],
        [{ extension: "1".repeat(21) }, `extension must be an extension of 1 to 20 digits, not "${"1".repeat(21)}"`],
        [{ ha1: "0".repeat(31) }, `ha1 must be an MD5 sum in hexadecimal, not "${"0".repeat(31)}"`],
        [{ voicemailPin: "123" }, 'voicemailPin must be a PIN of 4 to 20 digits, not "123"'],
        [{ voicemailPin: "1".repeat(21) }, `voicemailPin must be a PIN of 4 to 20 digits, not "${"1".repeat(21)}"`],
    ])("are checked: %j", async (change, reason) => {
        const news = { ...inputs, subscribers: [{ ...one("1".repeat(20)), ...change }] };
        const { failures } = await subscribersProvider.check(news, news);
        expect(failures.map((each) => each.reason)).toEqual([`subscribers[0].${reason}`]);
    });
});

describe("policies of CDRs", () => {
    const found = { license: "timescale", retention: "policy" as const };

    it("are made, and made again by an update", async () => {
        jest.mocked(cdr.ensureCdrPolicies).mockResolvedValue(found);
        expect(await cdrPolicies.create(login)).toEqual({ id: "cdr", outs: { ...login, ...found } });
        expect(await cdrPolicies.update("cdr", { ...login, ...found }, login)).toEqual({
            outs: { ...login, ...found },
        });
        expect(cdr.ensureCdrPolicies).toHaveBeenCalledTimes(2);
    });

    it("are found as they are, and not known while the server is away", async () => {
        const olds = { ...login, license: "timescale", retention: "scheduled" as const };
        jest.mocked(cdr.cdrPolicies).mockResolvedValueOnce(found);
        expect(await cdrPolicies.read("cdr", olds)).toEqual({
            id: "cdr",
            props: { ...login, ...found },
            inputs: login,
        });
        expect(cdr.cdrPolicies).toHaveBeenCalledWith(login);
        jest.mocked(cdr.cdrPolicies).mockRejectedValueOnce(away);
        expect(await cdrPolicies.read("cdr", olds)).toEqual({ id: "cdr", props: olds, inputs: login });
        expect(said).toEqual([`${away.message}; the policies of CDRs are taken to be as they were`]);
    });
});
