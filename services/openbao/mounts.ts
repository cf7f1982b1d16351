/** Paths of the platform's own secret engines and auth method (ADR-006, ADR-011). */
export const mounts = ["secret", "pki", "pki_int", "database"] as const;
export const authMounts = ["approle"] as const;
