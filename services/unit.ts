/**
 * Shell command that has a unit start with its VM. It does not make systemd read its units anew, which takes seconds under emulation:
 * a new unit is loaded once, for all commands.
 */
export const enabled = (unit: string): string => `systemctl enable --quiet --no-reload ${unit}`;
