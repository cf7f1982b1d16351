import type { Case } from "../case";
import { failures } from "./failures";
import { life } from "./life";
import { options } from "./options";
import { scope } from "./scope";
import { values } from "./values";

export const cases: Case[] = [...life, ...options, ...values, ...failures, ...scope];
