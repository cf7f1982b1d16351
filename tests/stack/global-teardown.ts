import { clearAway } from "./clear-away";

export default clearAway;
