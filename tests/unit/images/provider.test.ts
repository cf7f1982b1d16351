import { definitions } from "../../../services/definitions";
import { imageEntry } from "../../../images/recipe";
import { imageProvider, type ImageInputs, type ImageOutputs } from "../../../providers/image/image";

const provider = imageProvider(definitions);
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const inputs: ImageInputs = { kind: "sip", suite: "forky", checkValidUntil: true, containers: [{ name: "kamailio" }] };
const built = { ...inputs, hash: imageEntry(definitions, inputs).hash } as ImageOutputs;
const reasons = async (changed: object) =>
    (await provider.check(inputs, { ...inputs, ...changed })).failures.map(({ reason }) => reason);

test("good inputs pass", async () => expect(await reasons({})).toEqual([]));

test("values that only the update will tell pass", async () => {
    expect(await reasons({ mirror: unknown, containers: [{ name: "kamailio", archive: unknown }] })).toEqual([]);
});

test.each<[object, RegExp]>([
    [{ kind: "proxy" }, /^kind must be sip or pbx or media, not "proxy"$/],
    [{ suite: "Forky 14" }, /^suite must be the name of a Debian suite such as forky, not "Forky 14"$/],
    [{ checkValidUntil: "no" }, /^checkValidUntil must be true or false, not "no"$/],
    [{ mirror: "ftp://192.0.2.1" }, /^mirror must be the http or https URI of a Debian archive, not /],
    [{ containers: [{ name: "kamalio" }] }, /^containers\[0\]\.name must be kamailio or asterisk, not "kamalio"$/],
    [{ containers: [{ name: "kamailio", archive: "nowhere.tar" }] }, /archive must be the path of .*"nowhere.tar"$/],
    [{ kind: "media" }, /^containers must be empty for a media image, which has no Docker, not kamailio$/],
])("%j is refused", async (changed, reason) => {
    expect(await reasons(changed)).toEqual([expect.stringMatching(reason)]);
});

test("all faults are reported at once", async () => {
    expect(await reasons({ kind: "proxy", suite: "" })).toHaveLength(2);
});

test("an image changes with what it is made from, and is never replaced", async () => {
    expect(await provider.diff("id", built, inputs)).toEqual({ changes: false });
    expect(await provider.diff("id", built, { ...inputs, checkValidUntil: false })).toEqual({ changes: false });
    expect(await provider.diff("id", built, { ...inputs, suite: "sid" })).toEqual({ changes: true });
    expect(await provider.diff("id", built, { ...inputs, mirror: unknown })).toEqual({ changes: true });
});

test("an image whose files are gone from the cache is gone", async () => {
    const props = { ...built, disk: "/nowhere/disk.raw", kernel: "/nowhere/vmlinux", initrd: "/nowhere/initrd" };
    expect(await provider.read("id", props)).toEqual({ id: "" });
});
