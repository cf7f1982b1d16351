# sudo reads only files that nobody else can write; a checkout keeps no such modes.
chmod 0440 /etc/sudoers.d/voip

# User voip: key only ('*' is no password, and unlike '!' not a locked account to sshd).
useradd --create-home --shell /bin/bash --password '*' voip

# Made by packages for one machine; a guest brings its own (images/guest/identity.ts).
rm -f /etc/ssh/ssh_host_* /etc/hostname

kernel=$(basename /lib/modules/*)
rm -f /boot/initrd.img*
mktirfs -o /boot/initrd.img "$kernel"

# What a guest does at boot. Everything else that packages hook into these targets is left out: consoles, sessions, device
# management, and preparations that are part of the image (a link to /dev/null in .wants masks; systemd.unit(5)).
wanted="systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-sysctl.service
    systemd-tmpfiles-setup.service systemd-modules-load.service dbus.socket"
find /etc/systemd/system -path '*.wants/*' -delete
shopt -s nullglob
for link in /usr/lib/systemd/system/{sysinit,basic,local-fs,sockets,timers,multi-user}.target.wants/*; do
    target=$(basename "$(dirname "$link")")
    if ! grep -qw -- "${link##*/}" <<<"$wanted"; then
        mkdir -p "/etc/systemd/system/$target"
        ln -s /dev/null "/etc/systemd/system/$target/${link##*/}"
    fi
done
systemctl mask tmp.mount       # others pull it in, too
rm /etc/modules-load.d/*.conf # an empty list; with none, no program is started to read it
# There is no fstab, swap, partition table or SysV script to make units from.
mkdir -p /etc/systemd/system-generators
for generator in /usr/lib/systemd/system-generators/*; do
    ln -s /dev/null "/etc/systemd/system-generators/${generator##*/}"
done
touch /etc/.updated /var/.updated
systemctl set-default multi-user.target
systemctl enable nftables.service ssh.service voip-identity.service voip-grow.service
