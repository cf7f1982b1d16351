# Its configuration comes with the stack, and so does the order to start.
systemctl disable rtpengine-daemon.service

kernel=$(basename /lib/modules/*)
dkms autoinstall -k "$kernel"
modinfo -k "$kernel" nft_rtpengine >/dev/null || { echo "DKMS made no nft_rtpengine for kernel $kernel" >&2; exit 1; }
