"""Where OpenCV wants its own features: stand-ins for the parts of cv2 that refuse a Python one."""
