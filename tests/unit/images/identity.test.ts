import { firmwareConfigName, guestCredentials, hostKeyCredential } from "../../../images/guest/identity";

test("a guest's identity as systemd credentials", () => {
    const nics = [
        { mac: "52:54:00:12:34:0A", address: "192.168.64.10", prefix: 24 },
        { mac: "52:54:00:12:35:0a", address: "10.64.0.10", prefix: 24, gateway: "10.64.0.1" },
    ];
    const credentials = guestCredentials({ hostname: "sip-1", nics, authorizedKey: "ssh-ed25519 AAAA operator" });
    expect(credentials).toEqual({
        "system.hostname": "sip-1",
        "voip.authorized_keys": "ssh-ed25519 AAAA operator\n",
        "voip.network": "52:54:00:12:34:0a 192.168.64.10/24\n52:54:00:12:35:0a 10.64.0.10/24 10.64.0.1\n",
    });
    for (const name of [...Object.keys(credentials), hostKeyCredential])
        expect(firmwareConfigName(name)).toBe(`opt/io.systemd.credentials/${name}`);
});

test("a name that fw_cfg would cut off is refused", () => {
    expect(() => firmwareConfigName("network.network.10-external0")).not.toThrow();
    expect(() => firmwareConfigName("network.network.10-external01")).toThrow(/more than the 28 characters/);
});
