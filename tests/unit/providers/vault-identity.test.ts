import { provider } from "../../../providers/vault-identity/provider";

const recorded = {
    host: "pbx-1",
    sshConfig: "/nonexistent/ssh_config",
    vmId: "3b9f",
    address: "192.168.64.30",
    role: "pbx-vm-role",
    roleId: "8d1c",
    vaultAddress: "https://192.168.64.1:8200",
    ca: "PEM",
    token: "s.token",
    config: "5f1d",
    state: "ok",
    accessor: "6a0b",
};

describe("what a refresh finds of a VM's identity", () => {
    it("has the inputs that were given, and the state it is in", async () => {
        const { accessor, ...inputs } = recorded;
        const complaints = jest.spyOn(console, "error").mockImplementation();
        const found = await provider.read("pbx-1/vault-identity", recorded);
        complaints.mockRestore();
        const state = "host not reached";
        expect(found).toEqual({
            id: "pbx-1/vault-identity",
            props: { ...inputs, state, accessor },
            inputs: { ...inputs, state },
        });
    });
});
