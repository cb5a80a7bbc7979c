libsartor_a_SOURCES +=
