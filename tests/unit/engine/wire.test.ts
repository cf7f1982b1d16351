import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { secret } from "../../../engine/properties";
import { InitError, UnansweredError } from "../../../engine/provider/provider";
import { about, checkedOf, diffOf, providerError, UnimplementedError } from "../../../engine/provider/wire";
import { toStruct } from "../../../engine/struct";

const error = (code: status, details: string, metadata = new Metadata()): ServiceError =>
    Object.assign(new Error(`${code} X: ${details}`), { code, details, metadata });

/** What a plugin says of a resource that it made in part. */
function halfMade(type = "pulumirpc.ErrorResourceInitFailed"): Metadata {
    const failed = new proto.ErrorResourceInitFailed()
        .setId("7")
        .setProperties(toStruct({ pin: "1", size: 2 }))
        .setReasonsList(["it does not start"]);
    const detail = new Any();
    detail.pack(failed.serializeBinary(), type);
    const metadata = new Metadata();
    const said = new Status().setDetailsList([detail]);
    metadata.set("grpc-status-details-bin", Buffer.from(said.serializeBinary()));
    return metadata;
}

describe("the error of a plugin", () => {
    it("has the plugin's own words", () => {
        expect(providerError(error(status.UNKNOWN, "the disk is full"), {})).toEqual(new Error("the disk is full"));
        expect(providerError(error(status.UNKNOWN, ""), {}).message).toBe("2 X: ");
    });

    it("is of a kind of its own where the plugin has no such method", () => {
        expect(providerError(error(status.UNIMPLEMENTED, "no Read"), {})).toBeInstanceOf(UnimplementedError);
    });

    it.each([
        [status.UNAVAILABLE, "the provider's process ended during the operation (gone): run it again"],
        [status.CANCELLED, "the provider's process ended during the operation (gone): run it again"],
        [
            status.DEADLINE_EXCEEDED,
            "the provider has not answered within the resource's customTimeouts: see what it waits for, or allow more time",
        ],
    ])("leaves open what was done: code %d", (code, message) => {
        const said = providerError(error(code, "gone"), {});
        expect(said).toBeInstanceOf(UnansweredError);
        expect(said.message).toBe(message);
    });

    it("tells of a resource that was made in part, with its secrets as such", () => {
        const inputs = { pin: secret("1"), __provider: "code" };
        const said = providerError(error(status.UNKNOWN, "it does not start", halfMade()), inputs) as InitError;
        expect(said).toBeInstanceOf(InitError);
        expect(said).toMatchObject({
            ...{ id: "7", reasons: ["it does not start"], message: "it does not start" },
            outputs: { pin: secret("1"), size: 2, __provider: "code" },
        });
        const plain = providerError(error(status.UNKNOWN, "no", halfMade()), {}) as InitError;
        expect(plain.outputs).toEqual({ pin: "1", size: 2 });
    });

    it("has other details, which say nothing", () => {
        const said = providerError(error(status.UNKNOWN, "no", halfMade("other.Detail")), {});
        expect(said).not.toBeInstanceOf(InitError);
    });
});

describe("the answer of a plugin", () => {
    it.each([
        [proto.DiffResponse.DiffChanges.DIFF_NONE, "none"],
        [proto.DiffResponse.DiffChanges.DIFF_SOME, "some"],
        [proto.DiffResponse.DiffChanges.DIFF_UNKNOWN, "unknown"],
    ] as const)("on what has changed: %d is %s", (changes, word) => {
        const response = new proto.DiffResponse()
            .setChanges(changes)
            .setReplacesList(["a"])
            .setDiffsList(["b"])
            .setDeletebeforereplace(true);
        expect(diffOf(response)).toEqual({ changes: word, replaces: ["a"], diffs: ["b"], deleteBeforeReplace: true });
    });

    it("on inputs: what came as a secret stays one", () => {
        const failure = new proto.CheckFailure().setProperty("size").setReason("is too large");
        const response = new proto.CheckResponse().setInputs(toStruct({ pin: "1" })).setFailuresList([failure]);
        expect(checkedOf(response, { pin: secret("1") })).toEqual({
            ...{ inputs: { pin: secret("1") }, failures: [{ property: "size", reason: "is too large" }] },
        });
    });
});

test("a request says which resource it is about", () => {
    const request = about(new proto.CreateRequest(), "urn:pulumi:s::p::t:i:Parent$t:i:T::a");
    expect([request.getUrn(), request.getName(), request.getType()]).toEqual([
        ...["urn:pulumi:s::p::t:i:Parent$t:i:T::a", "a", "t:i:T"],
    ]);
});
