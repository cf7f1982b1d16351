import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { provider } from "../../../providers/bootstrap-certificate/provider";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
// only root may give a file to somebody
jest.mock("node:fs", () => ({
    ...jest.requireActual<typeof fs>("node:fs"),
    chownSync: (...given: unknown[]) => mockOwners.push(given),
}));
const mockCommands = new Commands();
const mockOwners: unknown[][] = [];

/** Of 192.0.2.1, good for a hundred years; made with openssl as the provider does. */
const pem = `-----BEGIN CERTIFICATE-----
MIIBnjCCAUSgAwIBAgIUfrVVby01S8YUSY+NHo3V2u1aNfkwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHb3BlbmJhbzAgFw0yNjExMjkyMjM3MTdaGA8yMTI2MTEwNTIy
MzcxN1owEjEQMA4GA1UEAwwHb3BlbmJhbzBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABGXsMYG2Hr7wK7/oCxFJjQ0u6Fzqrq60yePkPQCoqPfgpKat4K/NM+LvrYSR
NEwzvOebZPa7PFN7TnArhX0BfD2jdjB0MB0GA1UdDgQWBBQMX8wuDCA6FBkTrksG
AWVFKUfU9zAfBgNVHSMEGDAWgBQMX8wuDCA6FBkTrksGAWVFKUfU9zAPBgNVHREE
CDAGhwTAAAIBMAwGA1UdEwEB/wQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwEwCgYI
KoZIzj0EAwIDSAAwRQIgR++4eprPYdx0dYO6w2Oi2TExJc3yJnStb+CUbyr1U2wC
IQDaT8I4F4PeeU3dZO0WN6jpL8eUiRMQL0trccnQhstctw==
-----END CERTIFICATE-----
`;
const key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";

let dir: string;
const inputs = () => ({
    file: path.join(dir, "server.pem"),
    owner: 100,
    commonName: "openbao",
    address: "192.0.2.1",
});

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-certificate-"));
    mockOwners.length = 0;
    mockCommands.reset();
    mockCommands.answer(/^openssl /, key + pem);
});
afterEach(() => {
    jest.restoreAllMocks();
    fs.rmSync(dir, { recursive: true });
});

describe("the certificate that a server starts with", () => {
    it("is made by openssl for one address, for ten years, in a file for its owner only", async () => {
        const { id, outs } = await provider.create(inputs());
        expect([id, outs]).toEqual([inputs().file, { ...inputs(), certificate: pem }]);
        expect(mockCommands.ran).toEqual([
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=openbao -days 3650 " +
                "-keyout - -out - -addext subjectAltName=IP:192.0.2.1 -addext basicConstraints=critical,CA:FALSE " +
                "-addext extendedKeyUsage=serverAuth",
        ]);
        expect(fs.readFileSync(inputs().file, "utf8")).toBe(key + pem);
        expect(fs.statSync(inputs().file).mode & 0o777).toBe(0o600);
        expect(fs.readdirSync(dir)).toEqual(["server.pem"]);
        expect(mockOwners).toEqual([[`${inputs().file}.new`, 100, 100]]);
    });

    it("is kept as long as it is good, also by an update", async () => {
        await provider.create(inputs());
        await provider.create(inputs());
        expect((await provider.update("id", { ...inputs(), certificate: "" }, inputs())).outs.certificate).toBe(pem);
        expect(mockCommands.ran).toHaveLength(1);
        expect(await provider.read("id", { ...inputs(), certificate: "" })).toEqual({
            id: "id",
            props: { ...inputs(), certificate: pem },
        });
    });

    it.each([
        ["there is none", () => fs.rmSync(inputs().file)],
        ["it is of no use", () => fs.writeFileSync(inputs().file, key)],
        [
            "it can't be read",
            () => fs.writeFileSync(inputs().file, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"),
        ],
        [
            "it has expired",
            () => void jest.useFakeTimers({ now: Date.parse("2226-01-01"), doNotFake: ["nextTick", "setImmediate"] }),
        ],
    ])("is gone when %s", async (_, happens) => {
        const { outs } = await provider.create(inputs());
        happens();
        expect(await provider.read("id", outs)).toEqual({ id: "" });
        jest.useRealTimers();
    });

    it("of another address is not good", async () => {
        await expect(provider.create({ ...inputs(), address: "192.0.2.2" })).rejects.toThrow(
            `openssl made no certificate for 192.0.2.2 in ${inputs().file}`,
        );
    });

    it("goes with its file, which may be gone", async () => {
        const { outs } = await provider.create(inputs());
        await provider.delete("id", outs);
        await provider.delete("id", outs);
        expect(fs.readdirSync(dir)).toEqual([]);
    });

    it.each([
        [{ owner: 65_534 }, []],
        [{ owner: 65_535 }, ["owner must be a whole number from 0 to 65534, not 65535"]],
        [{ owner: -1 }, ["owner must be a whole number from 0 to 65534, not -1"]],
        [{ address: "openbao" }, ['address must be an IPv4 address, not "openbao"']],
    ])("checks %j", async (change, expected) => {
        const news = { ...inputs(), ...change };
        expect((await provider.check(news, news)).failures.map(({ reason }) => reason)).toEqual(expected);
    });
});
