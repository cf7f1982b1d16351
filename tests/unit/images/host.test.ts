import { acquireSettings, mirrorOf } from "../../../images/host";

const bookworm = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n';
const sources = [
    "http://192.0.2.1/debian-security/ bookworm-security main Debian",
    "http://192.0.2.2/docker bookworm stable Docker",
    "http://192.0.2.1/debian/ bookworm-updates main Debian",
    "http://192.0.2.1/debian/ bookworm main Debian",
].join("\n");

test("the mirror is the archive of the host's own release", () => {
    expect(mirrorOf(sources, bookworm)).toBe("http://192.0.2.1/debian/");
});

test("a host that runs a suite by its name has a mirror, too", () => {
    expect(mirrorOf("http://192.0.2.1/debian/ sid main Debian", "ID=debian\n")).toBe("http://192.0.2.1/debian/");
});

test("other distributions' archives are no Debian mirror", () => {
    expect(
        mirrorOf("http://192.0.2.1/ubuntu/ noble main Ubuntu", "ID=ubuntu\nVERSION_CODENAME=noble\n"),
    ).toBeUndefined();
    expect(mirrorOf("", bookworm)).toBeUndefined();
});

test("of apt's configuration, only the access to the mirror is used", () => {
    const dump = [
        'Acquire::http::Proxy "http://192.0.2.3:3142";',
        'Acquire::https::Verify-Peer "";',
        'Acquire::https::CAInfo "/etc/ssl/private-ca.pem";',
        'Acquire::http::Proxy-Auto-Detect "/usr/local/bin/proxy";',
        'Acquire::Retries "3";',
        'Acquire::Check-Valid-Until "false";',
        'DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";',
    ];
    expect(acquireSettings(dump.join("\n"))).toEqual([dump[0], dump[4]]);
});
