import type { DynamicProvider } from "../../../providers/contract";
import { provider as kernelModule } from "../../../providers/kernel-module/provider";
import { provider as phones } from "../../../providers/phones/provider";
import { replacementReason } from "../../../providers/reasons";
import { provider as service } from "../../../providers/service/provider";
import { provider as sshAccess } from "../../../providers/ssh-access/provider";
import { provider as vmFiles } from "../../../providers/vm-files/provider";
import { provider as vmNetwork } from "../../../providers/vm-network/provider";
import { provider as vm } from "../../../providers/vm/provider";

const fallback = replacementReason("Thing", "property");

/** A resource that has every property, each with this value. */
const everything = (value: number): never => new Proxy({}, { get: () => value, has: () => true }) as never;

test.each<[string, DynamicProvider<never, never>]>([
    ["KernelModule", kernelModule as never],
    ["Phones", phones as never],
    ["Service", service as never],
    ["SshAccess", sshAccess as never],
    ["VmFiles", vmFiles as never],
    ["VmNetwork", vmNetwork as never],
    ["Vm", vm as never],
])("every property that replaces a %s has a reason of its own", async (type, provider) => {
    const { replaces = [] } = await provider.diff("id", everything(2), everything(1));
    expect(replaces.length).toBeGreaterThan(0);
    expect(replaces.filter((property) => replacementReason(type, property) === fallback)).toEqual([]);
});

test("other types have one reason for all properties", () => {
    expect(replacementReason("Container", "image")).toBe("a container can't be changed while it exists");
    expect(fallback).toBe("it can't be changed in place");
});
