SELECT current_setting('pgedge.state', true), current_setting('pgedge.missed', true);
