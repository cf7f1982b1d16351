/** A unit of systemd on a VM, and the file of the bundle that it is defined by. */
interface WrittenUnit {
    unit: string;
    path: string;
}

/**
 * The commands after a change of these units' files: they start with their VM from then on, and are loaded. systemd reads its units
 * anew once for all of them, as that takes 3 s under emulation, and last, as it asks for that again after each that starts at boot.
 */
export const loadedUnits = (...units: WrittenUnit[]) => [
    ...units.map(({ unit, path }) => ({ paths: [path], command: `systemctl enable --quiet --no-reload ${unit}` })),
    { paths: units.map(({ path }) => path), command: "systemctl daemon-reload" },
];
