# Its configuration comes with the stack, and so does the order to start.
systemctl disable pgbouncer.service
