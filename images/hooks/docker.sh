usermod --append --groups docker voip
systemctl add-wants sysinit.target docker.socket
