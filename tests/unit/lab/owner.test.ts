import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { otherOwner, recordOwner } from "../../../lab/owner";
import * as paths from "../../../paths";

jest.mock("../../../paths", () => {
    const actual = jest.requireActual<typeof paths>("../../../paths");
    return {
        ...actual,
        stackPaths: () => ({ runDir: mockPlaces.runDir, dataDir: `${mockPlaces.home}/voip-stack/stacks/unit` }),
    };
});
const mockPlaces = { runDir: "", home: "/state" };

beforeEach(() => {
    mockPlaces.runDir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-owner-"));
    mockPlaces.home = "/state";
});
afterEach(() => fs.rmSync(mockPlaces.runDir, { recursive: true }));

const mine = (): string => "file:///mine";

describe("whose a lab is", () => {
    it("is written down for root only", () => {
        recordOwner("unit", mine());
        const file = path.join(mockPlaces.runDir, "owner.json");
        expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual({
            backend: "file:///mine",
            dataDir: "/state/voip-stack/stacks/unit",
        });
        expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    });

    it("is not known where nobody wrote it down: then no backend is asked for", () => {
        expect(
            otherOwner("unit", () => {
                throw new Error("asked");
            }),
        ).toBeUndefined();
    });

    it("is this stack's by state and files", () => {
        recordOwner("unit", mine());
        expect(otherOwner("unit", mine)).toBeUndefined();
    });

    it.each([
        ["file:///other", "/state", "PULUMI_BACKEND_URL=file:///mine"],
        ["file:///mine", "/elsewhere", "XDG_STATE_HOME=/state"],
        ["file:///other", "/elsewhere", "PULUMI_BACKEND_URL=file:///mine and XDG_STATE_HOME=/state"],
    ])("is another's for state in %s and files in %s: set %s", (backend, home, variables) => {
        recordOwner("unit", mine());
        mockPlaces.home = home;
        expect(otherOwner("unit", () => backend)).toBe(
            "lab unit of this machine belongs to the stack with state in file:///mine and files in /state/voip-stack/stacks/unit: " +
                `set ${variables} to work on that one, or give this one another name`,
        );
    });

    it("that can't be read is an error", () => {
        fs.mkdirSync(path.join(mockPlaces.runDir, "owner.json"));
        expect(() => otherOwner("unit", mine)).toThrow("EISDIR");
    });
});
