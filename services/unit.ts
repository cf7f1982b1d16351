/** A unit of systemd on a VM, and the file of the bundle that it is defined by. */
interface WrittenUnit {
    unit: string;
    path: string;
}

/**
 * The commands after a change of these units' files: they are loaded, and start with their VM from then on. systemd reads its units
 * anew once for all of them, as that takes 3 s under emulation.
 */
export const loadedUnits = (...units: WrittenUnit[]) => [
    { paths: units.map(({ path }) => path), command: "systemctl daemon-reload" },
    ...units.map(({ unit, path }) => ({ paths: [path], command: startedAtBoot(unit) })),
];

/** Shell command that makes a unit start with its VM. It does not read the units anew. */
export const startedAtBoot = (unit: string): string => `systemctl enable --quiet --no-reload ${unit}`;
