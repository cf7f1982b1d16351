usermod --append --groups docker voip
