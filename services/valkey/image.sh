# Numbers that are known outside of the containers, where their files are made.
groupmod --gid 6379 valkey
usermod --uid 6379 --home /nonexistent valkey
groupadd --gid 9121 valkey-exporter
useradd --uid 9121 --gid 9121 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin valkey-exporter
rm -rf /var/lib/valkey /var/log/valkey /etc/valkey/*
