"""Pages of the reading: home, sources, boards, calibration, forecasters, the resolvers' queue, help."""
