# The number is known outside of the container, where its files are made.
groupadd --gid 8200 openbao
useradd --uid 8200 --gid 8200 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin openbao
