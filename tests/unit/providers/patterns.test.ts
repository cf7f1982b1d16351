import * as path from "node:path";
import { projectDir } from "../../../paths";
import type { DynamicProvider } from "../../../providers/contract";

const pem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
const vault = "https://192.168.64.1:8200";

/** For each text of a provider: one that it accepts, one that it refuses, and what it says is allowed. */
const texts: [string, string, string, string, string][] = [
    ["core-identity", "vaultAddress", vault, "http://192.168.64.1:8200", "a URL that starts with https://"],
    ["core-identity", "dockerHost", "unix:///run/docker.sock", "tcp://h:2375", "a URL that starts with unix://"],
    ["kernel-module", "procPath", "/proc/rtpengine", "/sys/rtpengine", "a path below /proc"],
    ["service", "user", "*43", "10 01", "letters, digits or any of * # . + -"],
    ["service", "start", "systemctl start x", "a\nb", "one line of shell"],
    ["trust-anchors", "certificates", pem, "PEM", "certificates in PEM"],
    ["vault-identity", "role", "sip-vm-role", "sip vm", "the name of an AppRole such as sip-vm-role"],
    ["vault-identity", "vaultAddress", vault, "https://a b", "a URL such as https://192.168.64.1:8200"],
    ["vault-login", "address", vault, "http://192.168.64.1:8200", "a URL that starts with https://"],
    ["vault-login", "ca", pem, "PEM", "certificates in PEM"],
    ["vault-server", "address", vault, "http://192.168.64.1:8200", "a URL that starts with https://"],
    ["vault-server", "dockerHost", "unix:///run/docker.sock", "tcp://h:2375", "a URL that starts with unix://"],
];

test.each(texts)("%s: %s may be %j, and not %j", async (name, property, right, wrong, allowed) => {
    const { provider } = (await import(path.join(projectDir, "providers", name, "provider"))) as {
        provider: DynamicProvider<never, never>;
    };
    const reasons = async (value: string): Promise<string[]> => {
        const news = { [property]: value } as never;
        const { failures = [] } = await provider.check({} as never, news);
        return failures.filter((failure) => failure.property === property).map(({ reason }) => reason);
    };
    expect(await reasons(right)).toEqual([]);
    expect(await reasons(wrong)).toEqual([expect.stringContaining(allowed)]);
});
