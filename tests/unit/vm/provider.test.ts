import { provider } from "../../../providers/vm/provider";
import * as lifecycle from "../../../providers/vm/lifecycle";
import { vmIn } from "./definitions";

jest.mock("../../../providers/vm/lifecycle");

const definition = vmIn("/data");
const outputs = { ...definition, uuid: "uuid-1", sshSeconds: 2 };

beforeEach(() => {
    jest.resetAllMocks();
    jest.mocked(lifecycle.restartVm).mockResolvedValue({ uuid: "uuid-1", sshSeconds: 9 });
});

describe("a VM", () => {
    it.each([
        ["that nobody said should run at all times, as in an older state", { autostart: undefined }],
        ["of which this was taken back", { autostart: false }],
        ["whose disk is said to have no data", { holdsData: false }],
    ])("%s is marked, and keeps running", async (_, found) => {
        const olds = { ...outputs, holdsData: true, ...found };
        const news = { ...definition, holdsData: true };
        expect(await provider.diff("sip-1", olds, news)).toMatchObject({ changes: true, replaces: [] });
        expect((await provider.update("sip-1", olds, news)).outs).toEqual({ ...news, uuid: "uuid-1", sshSeconds: 2 });
        expect(lifecycle.markVm).toHaveBeenCalledWith(news, "uuid-1");
        expect(lifecycle.restartVm).not.toHaveBeenCalled();
    });

    it("that is started again is marked by that", async () => {
        const olds = { ...outputs, state: "shut off", autostart: false };
        expect((await provider.update("sip-1", olds, definition)).outs).toMatchObject({ sshSeconds: 9 });
        expect(lifecycle.restartVm).toHaveBeenCalledWith(definition, "uuid-1");
        expect(lifecycle.markVm).not.toHaveBeenCalled();
    });

    it("that is as it should be stays as it is", async () => {
        expect(await provider.diff("sip-1", outputs, definition)).toMatchObject({ changes: false });
        await provider.update("sip-1", outputs, definition);
        expect(lifecycle.markVm).not.toHaveBeenCalled();
    });
});
