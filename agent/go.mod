module voip-stack/agent

go 1.22
