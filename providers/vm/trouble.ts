/** What a guest writes to its serial console when it will never be up. */
const trouble = /Kernel panic.*|You are in emergency mode|Failed to start .*voip-thaw.service/;

/** Why it is useless to wait for a guest with this console, if it is. */
export const troubleIn = (console: string): string | undefined => trouble.exec(console)?.[0].trim();
