import { unitFile, unitName, unitText } from "../../../cli/boot/unit";

const boot = { stack: "dev", dir: "/opt/voip", environment: { HOME: "/root", PATH: "/usr/bin" } };
const settings = (text: string): string[] => text.split("\n").filter((line) => line.includes("="));

describe("the service of a stack", () => {
    it("has a name of its own", () => {
        expect([unitName("dev"), unitFile("dev")]).toEqual([
            "voip-stack-dev.service",
            "/etc/systemd/system/voip-stack-dev.service",
        ]);
    });

    it("brings the stack up at boot, tries again for a while, and shuts it down in order", () => {
        expect(settings(unitText(boot))).toEqual([
            "Description=Telephone system of stack dev (voip-stack)",
            "Wants=network-online.target",
            "After=network-online.target",
            'RequiresMountsFor="/opt/voip" "/root"',
            "StartLimitIntervalSec=1h",
            "StartLimitBurst=5",
            "Type=oneshot",
            "RemainAfterExit=yes",
            'Environment="HOME=/root"',
            'Environment="PATH=/usr/bin"',
            "WorkingDirectory=/opt/voip",
            'ExecStart="/opt/voip/voip" up --stack dev --yes --engine embedded',
            'ExecStop="/opt/voip/voip" stop --stack dev',
            "Restart=on-failure",
            "RestartSec=30s",
            "TimeoutStartSec=1h",
            "TimeoutStopSec=5min",
            "KillMode=process", // the lab outlives a failed attempt
            "OOMPolicy=continue", // and a process of it that the kernel killed
            "TasksMax=infinity",
            "WantedBy=multi-user.target",
        ]);
    });

    it("takes every path as it is", () => {
        const environment = { HOME: '/home/a "b"', PATH: "/a\\b" };
        const text = unitText({ ...boot, dir: "/opt/100% voip", environment });
        expect(text).toContain('ExecStart="/opt/100%% voip/voip" up');
        expect(text).toContain('ExecStop="/opt/100%% voip/voip" stop');
        expect(text).toContain("WorkingDirectory=/opt/100%% voip\n");
        expect(text).toContain('Environment="HOME=/home/a \\"b\\""');
        expect(text).toContain('Environment="PATH=/a\\\\b"');
    });
});
