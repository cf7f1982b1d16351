import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { images, outdatedStatus } from "../../../cli/commands/images";
import { Failure } from "../../../cli/result";
import * as state from "../../../engine/outputs";
import * as archive from "../../../images/available";

jest.mock("../../../engine/outputs");
jest.mock("../../../images/available");

let dir: string;
const resource = (type: string, inputs: object, outputs: object) =>
    ({ type: `pulumi-nodejs:dynamic/voip:${type}`, inputs, outputs }) as unknown as state.ListedResource;

beforeEach(() => {
    jest.resetAllMocks();
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-images-"));
    const of = { suite: "forky", checkValidUntil: false };
    const media = path.join(dir, "media-0123");
    const core = path.join(dir, "core-4567");
    for (const image of [media, core]) {
        fs.mkdirSync(image);
        fs.writeFileSync(path.join(image, "packages.tsv"), "host\tdeb\tlibc6\t2.41-1\tamd64\tglibc\n");
    }
    const kernel = { kernel: { release: "7.2-cloud", sha256: "aa" }, modules: { nft_rtpengine: "26.0" } };
    fs.writeFileSync(path.join(media, "manifest.json"), JSON.stringify(kernel));
    fs.utimesSync(path.join(media, "manifest.json"), 1_764_480_000, 1_764_480_000);
    fs.appendFileSync(path.join(core, "packages.tsv"), "openbao\tpypi\topenbao-cli\t2.3\t\t\n");
    const versions = { kernel: "7.2.12-1", rtpengine: "26.0-1" };
    const disk = path.join(media, "disk-1.raw");
    jest.mocked(state.listResources).mockReturnValue([
        resource("VmImage", { kind: "media", mirror: "http://192.0.2.1", ...of }, { disk, versions }),
        resource("ContainerStore", { kind: "core", ...of }, { store: path.join(core, "docker") }),
        resource("VmImage", { kind: "sip", ...of }, {}), // its build failed
        resource("Vm", { vmName: "media-1", disk }, {}),
        resource("Vm", { vmName: "media-2", disk: "/older/disk-1.raw" }, {}),
    ]);
    offered({ libc6: "2.41-1" });
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const offered = (versions: Record<string, string>) =>
    jest.mocked(archive.availableVersions).mockResolvedValue(new Map(Object.entries(versions)));
const failureOf = (work: Promise<unknown>): Promise<Failure> =>
    work.then(
        () => {
            throw new Error("it did not fail");
        },
        (error: Failure) => error,
    );

describe("images", () => {
    it("lists each with when it was built, what is in it, and the VMs on it", async () => {
        const { facts, text } = await images("dev", []);
        expect(facts.images).toMatchObject([
            {
                name: "media-0123",
                kind: "media",
                built: "2025-11-30T05:20:00Z",
                vms: ["media-1"],
                kernel: { release: "7.2-cloud" },
            },
            { name: "core-4567", kind: "core", vms: [], kernel: null },
        ]);
        expect(text.split("\n")[1]).toBe(
            "media-0123  media  2025-11-30T05:20:00Z  media-1  kernel 7.2.12-1, rtpengine 26.0-1  7.2-cloud with nft_rtpengine",
        );
        expect(text.split("\n")[2]).toMatch(/^core-4567 +core +gone +- +- +-$/);
    });

    it("are up to date where the archive has the same versions; wheels are not its affair", async () => {
        expect(await images("dev", ["outdated"])).toMatchObject({ facts: { outdated: 0 } });
        const asked = { suite: "forky", checkValidUntil: false };
        expect(archive.availableVersions).toHaveBeenCalledWith({ ...asked, mirror: "http://192.0.2.1" }, ["libc6"]);
        expect(archive.availableVersions).toHaveBeenCalledWith(asked, ["libc6"]);
    });

    it.each<[string, Record<string, string>, string]>([
        ["has another version", { libc6: "2.41-2" }, "2.41-2"],
        ["no longer has a package", {}, "no longer there"],
    ])("are outdated where the archive %s", async (_, versions, available) => {
        offered(versions);
        const failure = await failureOf(images("dev", ["outdated"]));
        expect(failure.status).toBe(outdatedStatus);
        expect(failure.message).toBe("stack dev: 2 packages of its images differ from the archive's");
        expect(failure.text?.split("\n")[1]).toBe(`media-0123  host  libc6    2.41-1   ${available}`);
        expect(failure.facts).toMatchObject({ outdated: 2, images: [{ image: "media-0123", vms: ["media-1"] }, {}] });
    });

    it("whose packages nobody recorded are no answer", async () => {
        fs.rmSync(path.join(dir, "media-0123", "packages.tsv"));
        const failure = await failureOf(images("dev", ["outdated"]));
        expect([failure.status, failure.message]).toEqual([
            1,
            expect.stringMatching(/^image media: .* run up, which /),
        ]);
    });

    it("prints what the image of a kind is made of", async () => {
        const { facts, text } = await images("dev", ["sbom", "media"]);
        expect(JSON.parse(text)).toEqual(facts);
        expect(facts).toMatchObject({
            bomFormat: "CycloneDX",
            metadata: { timestamp: "2025-11-30T05:20:00.000Z", component: { name: "media-0123", version: "forky" } },
        });
        const { components } = facts as { components: { name: string; version?: string }[] };
        expect(components.map(({ name, version }) => [name, version])).toEqual([
            ...[
                ["libc6", "2.41-1"],
                ["nft_rtpengine", "26.0"],
                ["voip-agent", undefined],
            ],
        ]);
    });

    it.each([
        [["sbom"], "images sbom must be followed by an image's kind, one of media, core, not nothing"],
        [["sbom", "pbx"], "images sbom must be followed by an image's kind, one of media, core, not pbx"],
        [["sbom", "media", "core"], "images sbom takes nothing more, not core"],
        [["refresh"], "images must be followed by list, outdated or sbom, not refresh"],
        [["list", "media"], "images list takes nothing more, not media"],
    ])("%j is refused", async (operands, message) => {
        expect(await failureOf(images("dev", operands))).toMatchObject({ status: 2, message });
    });
});
