# Debian makes a cluster when it installs; ours is made on a volume (guest/ beside this file).
rm -rf /var/lib/postgresql/* /etc/postgresql/*
# The number is known outside of the container, where its files are made.
groupmod --gid 5432 postgres
usermod --uid 5432 postgres
chown -R postgres:postgres /var/lib/postgresql /var/log/postgresql
# Past Debian's wrapper, which looks for clusters of its own.
ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/
